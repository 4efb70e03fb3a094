// service-browser.js: shows which services of a type there are in the local network
//
// Run:  gjs -m service-browser.js [TYPE]        (_tisock-echo._tcp, what service-publisher
//                                                publishes; another one to try is _http._tcp)
// Shows a list that changes by itself: a line for each change.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const loop = new GLib.MainLoop(null, false);
const browser = new Tisock.ServiceBrowser({
  service_type: System.programArgs[0] ?? '_tisock-echo._tcp',
});

browser.services.connect('items-changed', services => {
  const shown = [...services].map(service =>
    ` [${service.name} on ${service.host_name}, port ${service.port}]`);

  print(`services:${shown.join('')}`);
});

// Without a daemon the browser waits for it; without a bus it ends.
browser.connect('error', (_browser, error) => {
  printerr(error.message);
  if (!browser.is_browsing)
    loop.quit();
});

browser.start();
loop.run();
System.exit(1);
