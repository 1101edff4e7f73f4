import { Component, type ComponentChildren } from 'preact';
import { Note } from '../parts/note.tsx';

/** Whatever broke it may be over by the next answer of the API. */
const TRY_AGAIN_MS = 5000;

interface Props {
  /** Another address is another page. */
  at: string;
  children?: ComponentChildren;
}

/** A page that breaks is taken away with its buttons, says so, and is begun anew after a while. The header stays. */
export class Unbroken extends Component<Props, { why?: string | undefined }> {
  #timer: ReturnType<typeof setTimeout> | undefined;

  static override getDerivedStateFromError(error: unknown) {
    return { why: String(error) };
  }

  override componentDidCatch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#again, TRY_AGAIN_MS);
  }

  override componentDidUpdate({ at }: Props) {
    if (at !== this.props.at && this.state.why !== undefined) this.#again();
  }

  override componentWillUnmount() {
    clearTimeout(this.#timer);
  }

  #again = () => {
    clearTimeout(this.#timer);
    this.setState({ why: undefined });
  };

  override render({ children }: Props, { why }: { why?: string | undefined }) {
    if (why === undefined) return children;
    return (
      <Note tone="danger" title="This page broke">
        <p>
          {why} It begins anew by itself after a few seconds. <a href={location.href}>Load it again</a>; the migration
          itself does not depend on this page.
        </p>
      </Note>
    );
  }
}
