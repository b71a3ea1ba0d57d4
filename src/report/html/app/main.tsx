import { render } from 'preact';
import { App } from './app.js';
import { readHead, readIndex } from './data.js';
import { Pdus } from './pdus.js';

const root = document.getElementById('app') as HTMLElement;

Promise.all([readHead(), readIndex()])
  .then(([head, index]) => {
    root.replaceChildren();
    render(<App head={head} pdus={new Pdus(index)} />, root);
    document.documentElement.dataset.ready = 'true';
  })
  .catch((error: Error) => {
    root.textContent = `This report cannot be read: ${error.message}`;
  });
