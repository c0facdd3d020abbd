// The pages. What agents see all day is loaded at once, everything else when it is asked for.

import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import InboxPage from './inbox/InboxPage.vue';

/** A page that has words of its own, which come with it. */
function withOffice<T>(page: () => Promise<T>): () => Promise<T> {
  return async () => {
    const { speakOffice } = await import('./texts/office/words.js');
    const [found] = await Promise.all([page(), speakOffice()]);
    return found;
  };
}

/** The same, for those who run the server. */
function withOps<T>(page: () => Promise<T>): () => Promise<T> {
  return async () => {
    const { speakOps } = await import('./texts/ops/words.js');
    const [found] = await Promise.all([page(), speakOps()]);
    return found;
  };
}

const routes: readonly RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'inbox' } },
  { path: '/inbox', name: 'inbox', component: InboxPage },
  { path: '/inbox/:topic', name: 'thread', component: InboxPage },
  { path: '/queue', name: 'queue', component: () => import('./queue/QueuePage.vue') },
  { path: '/left', name: 'left', component: () => import('./pages/LeftPage.vue') },
  { path: '/search', name: 'search', component: () => import('./pages/SearchPage.vue') },
  { path: '/ratings', name: 'ratings', component: () => import('./pages/RatingsPage.vue') },
  { path: '/canned', name: 'canned', component: () => import('./canned/CannedPage.vue') },
  {
    path: '/preferences',
    name: 'preferences',
    component: withOffice(() => import('./pages/PreferencesPage.vue')),
  },
  { path: '/board', name: 'board', component: withOffice(() => import('./supervise/BoardPage.vue')) },
  {
    path: '/board/:topic',
    name: 'watched',
    component: withOffice(() => import('./supervise/WatchPage.vue')),
  },
  {
    path: '/review/:topic?',
    name: 'review',
    component: withOffice(() => import('./supervise/ReviewPage.vue')),
  },
  { path: '/reports', name: 'reports', component: withOffice(() => import('./reports/ReportsPage.vue')) },
  {
    path: '/admin/:tab?',
    name: 'admin',
    component: withOffice(async () => (await import('./admin/admin.js')).AdminPage),
  },
  {
    path: '/ops/:tab?',
    name: 'ops',
    component: withOps(async () => (await import('./ops/ops.js')).OpsPage),
  },
  { path: '/:rest(.*)*', redirect: { name: 'inbox' } },
];

/** The address is behind the #: a reload works whatever the server in front serves. */
export const router = createRouter({ history: createWebHashHistory('/agent/'), routes });
