import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** `import type` is gone at run time. */
const IMPORT = /^import (?!type )[\s\S]*?from '(\.[^']+)';/gm;

/** Every file of functions/ that an entry imports, the entry included, by its path from the root. */
export const filesReachedFrom = (entry: string): Map<string, string> => {
  const reached = new Map<string, string>();
  const visit = (path: string): void => {
    const name = relative(ROOT, path);
    if (reached.has(name)) return;
    const text = readFileSync(path, 'utf8');
    reached.set(name, text);
    for (const [, imported = ''] of text.matchAll(IMPORT)) visit(join(dirname(path), imported));
  };
  visit(join(ROOT, relative(ROOT, entry)));
  return reached;
};

/** The ports' methods, `Port.method`, that an entry's use cases ask for, and those that the entry itself calls. */
export const methodsUsedBy = (entry: string, ports: Record<string, readonly string[]>): string[] => {
  const reached = filesReachedFrom(entry);
  const used = new Set<string>();
  for (const [path, text] of reached) {
    if (path.startsWith('functions/adapters/')) continue;
    // A use case can call only what it picks: the compiler holds it to that.
    for (const [, port = '', picked = ''] of text.matchAll(/Pick<(\w+),\s*([^>]+)>/g)) {
      for (const [, method] of picked.matchAll(/'(\w+)'/g)) if (port in ports) used.add(`${port}.${method}`);
    }
    if (!/^functions\/(api|bus|tasks)\//.test(path)) continue;
    for (const [port, methods] of Object.entries(ports)) {
      if (!(ADAPTERS[port] ?? [port]).some((file) => text.includes(file))) continue;
      for (const method of methods) if (new RegExp(`\\b${method}\\(`).test(text)) used.add(`${port}.${method}`);
    }
  }
  // Whoever dials reads them by itself.
  if (reached.has('functions/adapters/the-dialler.ts') && 'SourceSecrets' in ports) used.add('SourceSecrets.fetch');
  return [...used].sort();
};

/** The files from which entries get the port's implementation. */
const ADAPTERS: Record<string, string[]> = {
  Migrations: ['adapters/migrations.ts'],
  Locks: ['adapters/locks.ts'],
  Fleet: ['adapters/fleet.ts'],
  Line: ['adapters/line.ts'],
  Fences: ['adapters/fences.ts'],
  Certificates: ['adapters/certificates.ts'],
  Signer: ['adapters/kms.ts'],
  Checkpoints: ['adapters/checkpoints.ts'],
  Samples: ['adapters/samples.ts'],
  LinkMetrics: ['adapters/link-metrics.ts'],
  Workflow: ['adapters/workflow.ts', 'adapters/execution-history.ts'],
  ReplicationGroups: ['adapters/replication-groups.ts'],
  TargetDescriptions: ['adapters/target-descriptions.ts'],
};
