import { machines } from '../template/machine.ts';
import { clients, shipped } from './sources.ts';

interface ErrorClass {
  name: string;
  code: string | undefined;
  /** HTTP, where the class has one of its own. */
  status: number | undefined;
}

const classesIn = (sources: readonly { text: string }[]): ErrorClass[] =>
  sources.flatMap(({ text }) =>
    text.split(/^export (?=(?:abstract )?class )/m).flatMap((part) => {
      const name = /^class \w+ extends \w*Error\b[\s\S]*?override readonly name = '(\w+)'/.exec(part)?.[1];
      const status = /readonly status = (\d+)/.exec(part)?.[1];
      const code = /readonly code = '([\w-]+)'/.exec(part)?.[1];
      return name ? [{ name, code, status: status === undefined ? undefined : Number(status) }] : [];
    }),
  );

/** Every error class that ships: its name, which Step Functions matches on, and its code, where it has one. */
export const errorClasses = (): ErrorClass[] => classesIn(shipped);

/** Those of what asks the service: the console, and the client of a deployed stack. */
export const clientErrorClasses = (): ErrorClass[] => classesIn(clients);

export const errorNames = (): string[] => errorClasses().map(({ name }) => name);

/** Names that no class has: what the machines end with by themselves, and what settlement finds out. */
export const ownNames = (): string[] => {
  const inMachines = machines.flatMap(({ text }) => [
    ...[...text.matchAll(/"Error": "(\w+)"/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/'(\w+Error)'/g)].map(([, name = '']) => name),
  ]);
  const bySettlement = shipped
    .filter(({ path }) => path.startsWith('functions/cutover/'))
    .flatMap(({ text }) => [...text.matchAll(/\berror: '([\w.]+)'/g)].map(([, name = '']) => name));
  return [...new Set([...inMachines, ...bySettlement])];
};
