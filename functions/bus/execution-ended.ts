import type { BusEvent } from '../adapters/bus.ts';
import { busFunction } from '../adapters/bus.ts';
import { settlementStarter } from '../adapters/workflow.ts';

const { settle } = settlementStarter();

// The execution's name is the migration's id; the settlement that its own Catch started has that name too.
export const handler = busFunction(async (event: BusEvent) => {
  const { name } = event.detail as { name: string };
  await settle(name, name);
});
