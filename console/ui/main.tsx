import './styles/main.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { followKey } from './data/key.ts';
import { applyTheme, storedTheme } from './layout/theme.ts';

followKey();
applyTheme(storedTheme());
const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element #app');
render(<App />, root);
