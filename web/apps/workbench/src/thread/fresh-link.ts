// Links to files end after a while; a dead one is renewed once.

import { ref, watch, type Ref } from 'vue';
import { client } from '../desk/client.js';

/** A link, and what to do when it turns out to be dead. */
export function useFreshLink(original: () => string): { url: Ref<string>; renew: () => void } {
  const url = ref(original());
  let renewed = false;
  watch(original, (now) => {
    url.value = now;
    renewed = false;
  });
  return {
    url,
    renew() {
      // What is shown from memory before it is uploaded cannot be renewed.
      if (!renewed && url.value && !url.value.startsWith('blob:')) {
        renewed = true;
        client.files.link(url.value).then(
          (fresh) => (url.value = fresh),
          () => undefined,
        );
      }
    },
  };
}
