import { CopyButton } from '../parts/copy.tsx';

/** Commands to paste, in their order: each by itself, or all of them. */
export const Commands = ({ commands, label, title }: { commands: string[]; label: string; title: string }) => (
  <div class="commands">
    <div class="commands-head">
      <span class="label">{title}</span>
      {commands.length > 1 && <CopyButton text={commands.join('\n')} label={`Copy all of ${label}`} />}
    </div>
    <ol>
      {commands.map((command, index) => (
        <li key={index}>
          <code class="foreign">{command}</code>
          <CopyButton text={command} label={`Copy ${label}, ${index + 1} of ${commands.length}`} />
        </li>
      ))}
    </ol>
  </div>
);
