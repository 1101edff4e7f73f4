import { CopyButton } from './copy.tsx';

/** Something to paste, whole in sight: it wraps, and is copied as it is. */
export const Command = ({ text, label = 'Copy the command' }: { text: string; label?: string }) => (
  <div class="command">
    <pre>{text}</pre>
    <CopyButton text={text} label={label} />
  </div>
);
