import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let first = true;

/** A page's heading. Whoever comes from another page is put here, as a loaded page would do. */
export const Heading = ({ title, children }: { title: string; children?: ComponentChildren }) => {
  const at = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) at.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  useEffect(() => {
    document.title = `${title.slice(0, 100)} · elasticache-migrator`;
  }, [title]);
  return (
    <h1 ref={at} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
};
