import { makeAcceptMigration } from '../migration/accept.ts';
import { theAllowedGroups } from './allowed-groups.ts';
import { theAllowedNetworks } from './allowed-networks.ts';
import { theMigrations } from './migrations.ts';
import { theReach } from './reach.ts';
import { migrationStarter } from './workflow.ts';

/** What both doors ask for a migration by. @throws EnvironmentError */
export const theAcceptance = () =>
  makeAcceptMigration(theMigrations(), migrationStarter(), theAllowedNetworks(), theAllowedGroups(), theReach());
