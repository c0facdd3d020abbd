// The chunk of those who run the server.

import './ops.css';

export { default as OpsPage } from './OpsPage.vue';
