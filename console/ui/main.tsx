import './styles/main.css';

const app = document.querySelector('#app');
const session = await (await fetch('/console/session')).json();
const migrations = await (await fetch('/console/api/migrations')).json();
if (app) app.textContent = JSON.stringify({ target: session.target, migrations });
