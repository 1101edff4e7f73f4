import { useEffect, useState } from 'preact/hooks';
import { announce } from '../data/announce.tsx';

const SHOWN_MS = 2000;

/** @param label what is copied: `Copy the command` */
export const CopyButton = ({ text, label }: { text: string; label: string }) => {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(''), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const tell = (word: string) => {
    setSaid(word);
    announce(word);
  };
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell('Copied'),
      () => tell('Not copied: the browser refused'),
    );
  return (
    <button type="button" class="copy" aria-label={said || label} onClick={copy}>
      {said || 'Copy'}
    </button>
  );
};
