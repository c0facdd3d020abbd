// What tools that do not read components know of them; vue-tsc knows better.

declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
