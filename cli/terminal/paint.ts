import pc from 'picocolors';
import type { Tone } from '../../console/ui/parts/status-words.ts';
import { hasColor, type Io, type Out } from './io.ts';

export type Paint = ReturnType<typeof pc.createColors> & { tone(tone: Tone, text: string): string };

/** Colours, or none where the stream or the environment wants none. */
export const paintFor = (out: Out, env: Io['env']): Paint => {
  const colors = pc.createColors(hasColor(out, env));
  const tones: Record<Tone, (text: string) => string> = {
    idle: (text) => text,
    run: colors.cyan,
    yours: (text) => colors.bold(colors.yellow(text)),
    act: colors.magenta,
    ok: colors.green,
    bad: (text) => colors.bold(colors.red(text)),
    off: colors.dim,
  };
  return { ...colors, tone: (tone, text) => tones[tone](text) };
};
