import { useTick } from '../data/clock.ts';
import { useConnection } from '../data/connection.ts';
import { clockTime } from '../parts/text.ts';

/** Says that the API is away, since when, and when it is asked again. What was read before stays on the page. */
export const AwayBanner = () => {
  const { lost, retry } = useConnection();
  return (
    <div role="alert">
      {lost && (
        <div class="away">
          <p>
            <strong>The API has not answered since {clockTime(lost.since)}.</strong> What you see is as of then;
            migrations go on without this page. {lost.why}
          </p>
          <button type="button" onClick={retry}>
            Try now <Countdown until={lost.nextTryAt} />
          </button>
        </div>
      )}
    </div>
  );
};

/** Not told to screen readers, which would be told so each second. */
const Countdown = ({ until }: { until: number }) => {
  const seconds = useTick((now) => Math.max(0, Math.ceil((until - now) / 1000)));
  return (
    <span class="muted figures" aria-hidden="true">
      {seconds} s
    </span>
  );
};
