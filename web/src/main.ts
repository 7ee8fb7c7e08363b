import { mount } from 'svelte';
import App from './App.svelte';
import { app } from './lib/app.svelte';
import './styles/base.css';
import './styles/parts.css';
import './styles/screens.css';
import './styles/life.css';
import './styles/files.css';
import './styles/print.css';

app.start();
mount(App, { target: document.body });
