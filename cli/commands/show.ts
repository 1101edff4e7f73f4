import { readOn } from '../../console/ui/migration/timeline.ts';
import { type Context, connected } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findToRead } from '../find.ts';
import { document, line } from '../say.ts';
import { eventText } from '../tell/event.ts';
import { findingsText } from '../tell/findings.ts';
import { migrationText } from '../tell/migration.ts';
import { widthOf } from '../terminal/io.ts';
import { paintFor } from '../terminal/paint.ts';
import { safeDeep } from '../terminal/safe.ts';

export interface ShowOptions {
  events?: boolean;
  findings?: boolean;
}

export const show = async (context: Context, name: string, { events, findings }: ShowOptions): Promise<ExitCode> => {
  const { io, caller, json } = context;
  const { api } = await connected(context);
  const view = await findToRead(api, name, io.signal);
  const announced = events
    ? await readOn([], (nextToken) =>
        api.get(view.migrationId, { timeline: 'events', ...(nextToken && { nextToken }) }, { signal: io.signal }),
      )
    : undefined;
  if (json) {
    document(io, { ...view, ...(announced && { events: announced }) });
    return EXIT.done;
  }
  const look = { width: widthOf(io.stdout, io.env), paint: paintFor(io.stdout, io.env), nowMs: Date.now() };
  const shown = safeDeep(view);
  for (const text of migrationText(shown, caller, look)) line(io.stdout, text);
  if (findings && shown.preflight)
    for (const text of ['', ...findingsText(shown.preflight, look.width, look.paint)]) line(io.stdout, text);
  if (announced) {
    line(io.stdout);
    for (const event of safeDeep(announced).reverse()) for (const text of eventText(event, look)) line(io.stdout, text);
  }
  return EXIT.done;
};
