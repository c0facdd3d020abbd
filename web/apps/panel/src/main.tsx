// The page at `/chat/`: in the launcher's iframe, as a page of its own, and as a window.

import { createClient } from '@deskwire/sdk';
import { render } from 'preact';
import { App } from './App.js';
import { embeddedHost, hostedPage } from './visit/host.js';
import { watchLooks } from './visit/looks.js';
import type { Beginning } from './visit/popout.js';
import { optionsOf } from './visit/settings.js';
import { createVisit } from './visit/visit.js';
import type { Visit } from './visit/visit.js';

const query = new URLSearchParams(location.search);
const embedded = window.parent !== window && query.has('embed');
const asAddressed: Beginning = { options: optionsOf(query), client: {}, visitor: null };

function begin({ options, client, visitor }: Beginning): void {
  // The launcher speaks as soon as the frame has loaded: this script has run by then.
  const host = embedded ? embeddedHost(window, (message) => visit.hear(message)) : hostedPage;
  const visit: Visit = createVisit(createClient(client), host, options, visitor);
  const place = document.getElementById('panel');

  watchLooks(visit);
  if (place) {
    render(<App visit={visit} />, place);
  }
  if (!embedded) {
    void visit.begin();
  }
}

if (!embedded && query.has('window')) {
  void import('./visit/popout.js')
    .then(({ takeOver }) => takeOver(window, asAddressed.options))
    .then(begin, () => begin(asAddressed));
} else {
  begin(asAddressed);
}
