import type { ConsoleTarget } from '../../session.ts';
import { useOtherTarget } from '../data/session.ts';

const nameOf = ({ stack, apiUrl }: ConsoleTarget): string => (stack ? `${stack} (${apiUrl})` : apiUrl);

/** Says that the console behind this page leads to another API by now. The console's server refuses what the page sends. */
export const OtherTargetBanner = () => {
  const other = useOtherTarget();
  return (
    <div role="alert">
      {other && (
        <div class="away">
          <p class="foreign">
            <strong>This page was opened for {nameOf(other.opened.target)}.</strong> The console leads to{' '}
            {nameOf(other.now.target)} now. What you see here is as of before, and nothing is sent from here any more.
          </p>
          <button type="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      )}
    </div>
  );
};
