/** `MigrationStarted` to `migration-started` */
export const kebab = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
