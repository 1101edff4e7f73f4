import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Announcer } from '../data/announce.tsx';

/**
 * A modal dialog of the browser's own: it begins at its title, past which nobody has read yet, keeps the focus inside, Escape closes it, and whoever opened it gets the focus
 * back. A click beside it does nothing, since what was typed would be lost.
 */
export const Dialog = ({
  title,
  describedBy,
  onClose,
  children,
}: {
  title: string;
  /** Ids of what is read out with the title. */
  describedBy?: string;
  onClose(): void;
  children: ComponentChildren;
}) => {
  const at = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  const closed = useRef(onClose);
  closed.current = onClose;
  // In the layout phase: the clean-up of a plain effect waits for the next paint, and what is typed until then would be lost.
  useLayoutEffect(() => {
    const dialog = at.current;
    const opener = document.activeElement;
    // A browser closes it without asking when Escape comes again before anything else was done.
    const close = () => closed.current();
    dialog?.addEventListener('close', close);
    dialog?.showModal();
    // The browser would take the first field, which may be one that is ticked by Space, and scroll to it.
    heading.current?.focus({ preventScroll: true });
    return () => {
      dialog?.removeEventListener('close', close);
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={at} aria-labelledby={titleId} aria-describedby={describedBy} onCancel={cancel}>
      <h2 id={titleId} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
      <Announcer />
    </dialog>
  );
};
