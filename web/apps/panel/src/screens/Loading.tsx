// What stands in the place of a screen until it is known: as `index.html` has it before any script has come.

/** Shapes of what is to come; they appear when it takes a moment. */
export const Loading = () => (
  <main class="page" aria-busy="true">
    <hr class="skeleton" />
    <hr class="skeleton" />
    <hr class="skeleton" />
  </main>
);
