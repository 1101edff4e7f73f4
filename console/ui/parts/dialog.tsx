import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

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
  useEffect(() => {
    const dialog = at.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
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
