import { useState } from 'preact/hooks';
import type { Conversation } from '../model.js';
import { endsOf, hostOf, type Pdus } from './pdus.js';

const SHOWN = 100;

/** Conversations that are shown together, and what is to be seen in them. */
export interface Scene {
  readonly scene: number;
  readonly hosts: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly pdus: number;
  readonly bad: number;
}

export function scenesIn(pdus: Pdus): Scene[] {
  const scenes = new Map<number, Conversation[]>();
  for (const conversation of pdus.index.conversations) {
    const known = scenes.get(conversation.scene);
    if (known === undefined) scenes.set(conversation.scene, [conversation]);
    else known.push(conversation);
  }
  return [...scenes].map(([scene, conversations]) => ({
    scene,
    hosts: [...new Set(conversations.flatMap((each) => endsOf(each).map(hostOf)))],
    conversations,
    pdus: conversations.reduce((sum, each) => sum + each.pdus, 0),
    bad: conversations.reduce((sum, each) => sum + each.bad, 0),
  }));
}

export function Conversations({ pdus }: { readonly pdus: Pdus }) {
  const [all, setAll] = useState(false);
  const scenes = scenesIn(pdus);
  const shown = all ? scenes : scenes.slice(0, SHOWN);
  return (
    <section class="card conversations">
      <h2>Conversations</h2>
      <p class="about">Connections that share a host and a time are shown together, as the two legs of a relay are.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section class="scroll" aria-label="Conversations" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">between</th>
              <th scope="col">capture</th>
              <th scope="col">connections</th>
              <th scope="col">PDUs</th>
              <th scope="col">refused or broken</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ scene, hosts, conversations, pdus: count, bad }) => (
              <tr key={scene}>
                <td>
                  <a href={`#/pdus?scene=${scene}&as=diagram`}>{hosts.join(' ⇄ ')}</a>
                </td>
                <td>{conversations[0]?.file}</td>
                <td class="number">{conversations.length}</td>
                <td class="number">{count.toLocaleString('en')}</td>
                <td class="number">{bad > 0 ? <span class="badge tone-bad">{bad.toLocaleString('en')}</span> : 0}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {!all && scenes.length > SHOWN && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {scenes.length.toLocaleString('en')}
        </button>
      )}
    </section>
  );
}
