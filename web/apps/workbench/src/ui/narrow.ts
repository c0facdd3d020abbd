// How much room there is.

import { onScopeDispose, ref, type Ref } from 'vue';

/** Whether the page is so narrow that the context lies over the thread; the same bound as in `narrow.css`. */
export function useNarrow(): Readonly<Ref<boolean>> {
  const query = matchMedia('(max-width: 1180px)');
  const narrow = ref(query.matches);
  const changed = () => (narrow.value = query.matches);
  query.addEventListener('change', changed);
  onScopeDispose(() => query.removeEventListener('change', changed));
  return narrow;
}
