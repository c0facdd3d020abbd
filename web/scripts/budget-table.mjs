// What may be how large: gzip -9, in bytes of 1000 to the KB. Sizes of chunks that are loaded later count by themselves.

const KB = 1000;

/** Entries of packages, bundled as an app would, without what it loads lazily. */
export const entries = [
  { name: 'SDK core', entry: 'packages/sdk/src/index.ts', limit: 15 * KB },
  { name: 'SDK desk', entry: 'packages/sdk/src/desk.ts', limit: 8 * KB },
  { name: 'SDK compat', entry: 'packages/sdk/src/compat.ts', limit: 10 * KB },
  { name: 'SDK mqtt', entry: 'packages/sdk/src/mqtt.ts', limit: 125 * KB },
];

/** Files of `dist` after a build. Where several files match, their sum counts. */
export const files = [
  { name: 'launcher', pattern: /^deskwire\.js$/, limit: 4 * KB },
  { name: 'SDK for script tags', pattern: /^deskwire-sdk\.js$/, limit: 30 * KB },
  // The larger of the two languages: a visitor loads one.
  {
    name: 'panel JS, first message',
    pattern: /^chat\/assets\/(index|panel|zh-CN)-[\w-]+\.js$/,
    limit: 40 * KB,
  },
  {
    name: 'panel JS, with cards and files',
    pattern: /^chat\/assets\/(index|panel|zh-CN|more|beyond-words)-[\w-]+\.js$/,
    limit: 45 * KB,
  },
  // Forms, menus, Markdown and the shop's colour too; not the other language, carriers for narrow networks, nor a second window.
  {
    name: 'panel JS, all that most visitors load',
    pattern: /^chat\/assets\/(?!en-|sockjs-|polling-|sign-in-|popout-)[\w-]+\.js$/,
    limit: 52 * KB,
  },
  { name: 'panel CSS', pattern: /^chat\/assets\/[\w-]+\.css$/, limit: 6 * KB },
  { name: 'workbench CSS', pattern: /^agent\/assets\/index-[\w-]+\.css$/, limit: 20 * KB },
  { name: 'workbench charts', pattern: /^agent\/assets\/charts-[\w-]+\.js$/, limit: 28 * KB },
  { name: 'workbench ops', pattern: /^agent\/assets\/ops-[\w-]+\.js$/, limit: 30 * KB },
  { name: 'workbench admin', pattern: /^agent\/assets\/admin-[\w-]+\.js$/, limit: 60 * KB },
  { name: 'each picture', pattern: /\.(png|jpe?g|webp|svg|gif)$/, limit: 20 * KB, each: true },
];

/** Pages of `dist` with all scripts that are loaded before anything is asked for; of the languages, one. */
export const pages = [
  { name: 'workbench first load', page: 'agent/index.html', with: /^en-[\w-]+\.js$/, limit: 140 * KB },
];
