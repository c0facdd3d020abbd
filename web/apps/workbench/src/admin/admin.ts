// The chunk of the administration.

export { default as AdminPage } from './AdminPage.vue';
