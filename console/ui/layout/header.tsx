import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { ConsoleSession } from '../../session.ts';
import { useSession } from '../data/session.ts';
import { shortly } from '../parts/text.ts';
import { chooseTheme, storedTheme, THEMES, type Theme } from './theme.ts';

const THEME_WORDS: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' };

export const Header = () => {
  const { path } = useLocation();
  const session = useSession();
  return (
    <header class="top">
      <nav aria-label="Console">
        <a href="/console/" class="brand" aria-current={path === '/console' ? 'page' : undefined}>
          Migrations
        </a>
        <a href="/console/new" class="new" aria-current={path === '/console/new' ? 'page' : undefined}>
          New migration
        </a>
      </nav>
      <p class="target" title={session?.target.apiUrl}>
        {session && <TargetWords target={session.target} />}
      </p>
      <ThemeChoice />
    </header>
  );
};

const TargetWords = ({ target }: { target: ConsoleSession['target'] }) => {
  if (target.kind === 'embedded') return <>Embedded AWS on this machine</>;
  const { stack, region, accountId, arn, subject, apiUrl } = target;
  const who = subject ?? arn?.split(':').at(-1);
  return (
    <>
      <strong class="foreign">{stack ?? apiUrl}</strong> {[region, accountId].filter(Boolean).join(' · ')}
      {who && <span class="who foreign"> as {shortly(who)}</span>}
    </>
  );
};

const ThemeChoice = () => {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme) => {
    setTheme(next);
    chooseTheme(next);
  };
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {THEME_WORDS[one]}
          </option>
        ))}
      </select>
    </label>
  );
};
