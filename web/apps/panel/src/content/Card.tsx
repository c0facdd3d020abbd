// The frame that all cards have in common.

import type { ComponentChildren } from 'preact';

/** A card: what it is, its title, its parts. */
export function Card(props: {
  kind: string;
  title: string;
  image?: string | undefined;
  tone?: 'ok' | 'warn' | 'past';
  children?: ComponentChildren;
}) {
  return (
    <div class={`card ${props.tone ?? ''}`}>
      {props.image && <img class="cover" src={props.image} alt="" loading="lazy" />}
      <div class="card-body">
        <p class="kind">{props.kind}</p>
        <p class="title">{props.title}</p>
        {props.children}
      </div>
    </div>
  );
}

/** Tags of a card. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return tags.length === 0 ? null : (
    <ul class="tags">
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}

/** Facts of a card, one a line; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: string | undefined])[] }) {
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** A link of a card that leads out of the panel; only to the web. */
export function CardLink({ url, children }: { url: string | undefined; children: ComponentChildren }) {
  return url && /^https?:\/\//.test(url) ? (
    <a class="button outline" href={url} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ) : null;
}
