import type { ComponentChildren } from 'preact';
import { ToneMark } from './status.tsx';

const TONES = { info: 'idle', ok: 'ok', warn: 'yours', danger: 'bad' } as const;

/** Something that the reader should not miss. */
export const Note = ({
  tone,
  title,
  children,
}: {
  tone: keyof typeof TONES;
  title?: string;
  children?: ComponentChildren;
}) => (
  <div class={`note ${tone}`}>
    <ToneMark tone={TONES[tone]} />
    <div>
      {title && <p class="note-title">{title}</p>}
      {children}
    </div>
  </div>
);
