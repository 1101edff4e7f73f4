import type { ComponentChildren, FunctionComponent } from 'preact';
import { Component } from 'preact';
import { clockTime, fullTime } from '../parts/text.ts';

/** A part of the page that can be linked to. */
export const Section = ({
  id,
  title,
  aside,
  children,
}: {
  id: string;
  title: string;
  /** At the right of the title. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}) => (
  <section id={id} class="card section" aria-labelledby={`${id}-title`} tabIndex={-1}>
    <div class="section-head">
      <h2 id={`${id}-title`}>
        <a class="anchor" href={`#${id}`}>
          {title}
        </a>
      </h2>
      {aside}
    </div>
    {children}
  </section>
);

/** A table that scrolls sideways inside its place; whoever uses the keyboard can scroll it. */
export const Wide = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
  <section class="wide" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

/** A text that is shown as it is, and scrolls inside its place; whoever uses the keyboard can scroll it. */
export const Block = ({ label, text }: { label: string; text: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
  <section class="block" aria-label={label} tabIndex={0}>
    <pre class="small foreign">{text}</pre>
  </section>
);

/** `06:51:10` of today, `22 Nov, 06:51:10` of another day. */
export const whenText = (at: string): string => {
  const time = new Date(at);
  const clock = clockTime(at);
  return time.toDateString() === new Date().toDateString() ? clock : `${DAY.format(time)}, ${clock}`;
};

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A moment of a migration that may last for days. */
export const When = ({ at }: { at: string }) => (
  <time class="figures" dateTime={at} title={fullTime(at)}>
    {whenText(at)}
  </time>
);

/** Names and what they stand for, side by side. What is not known is left out. */
export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="facts">{children}</dl>;

export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) =>
  children === undefined || children === null || children === false || children === '' ? null : (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );

/** Drawn anew only when one of its properties is another: the data keep what has not changed. */
export const still = <P extends object>(Part: FunctionComponent<P>) =>
  class extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>) {
      const before = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) => before[name] !== value);
    }

    override render() {
      return <Part {...this.props} />;
    }
  };
