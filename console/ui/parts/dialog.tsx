import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

/**
 * A modal dialog of the browser's own: it keeps the focus inside, Escape closes it, and whoever opened it gets the focus
 * back. A click beside it does nothing, since what was typed would be lost.
 */
export const Dialog = ({
  title,
  describedBy,
  onClose,
  children,
}: {
  title: string;
  /** Ids of what is read out with the title: the focus goes to the first field, past it. */
  describedBy?: string;
  onClose(): void;
  children: ComponentChildren;
}) => {
  const at = useRef<HTMLDialogElement>(null);
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
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
};
