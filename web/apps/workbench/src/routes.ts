// The pages. What agents see all day is loaded at once, everything else when it is asked for.

import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import InboxPage from './inbox/InboxPage.vue';

const routes: readonly RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'inbox' } },
  { path: '/inbox', name: 'inbox', component: InboxPage },
  { path: '/inbox/:topic', name: 'thread', component: InboxPage },
  { path: '/queue', name: 'queue', component: () => import('./queue/QueuePage.vue') },
  { path: '/left', name: 'left', component: () => import('./pages/LeftPage.vue') },
  { path: '/search', name: 'search', component: () => import('./pages/SearchPage.vue') },
  { path: '/ratings', name: 'ratings', component: () => import('./pages/RatingsPage.vue') },
  { path: '/canned', name: 'canned', component: () => import('./pages/CannedPage.vue') },
  { path: '/preferences', name: 'preferences', component: () => import('./pages/PreferencesPage.vue') },
  { path: '/:rest(.*)*', redirect: { name: 'inbox' } },
];

/** The address is behind the #: a reload works whatever the server in front serves. */
export const router = createRouter({ history: createWebHashHistory('/agent/'), routes });
