import { useEffect, useState } from 'preact/hooks';

/** Another number after each change between light and dark, by the system or by hand. */
export const useTheme = (): number => {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const change = () => setCount((before) => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const byHand = new MutationObserver(change);
    byHand.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    system.addEventListener('change', change);
    return () => {
      byHand.disconnect();
      system.removeEventListener('change', change);
    };
  }, []);
  return count;
};
