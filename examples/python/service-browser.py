# service-browser.py: shows which services of a type there are in the local network
#
# Run:  python3 service-browser.py [TYPE]        (_tisock-echo._tcp, what service-publisher
#                                                 publishes; another one to try is _http._tcp)
# Shows a list that changes by itself: a line for each change.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


def changed(services, *change):
    shown = [f' [{service.name} on {service.host_name}, port {service.port}]'
             for service in services]
    print('services:' + ''.join(shown), flush=True)


# Without a daemon the browser waits for it; without a bus it ends.
def failed(browser, error):
    print(error.message, file=sys.stderr)
    if not browser.is_browsing:
        loop.quit()


loop = GLib.MainLoop()
browser = Tisock.ServiceBrowser(service_type=(sys.argv[1:] or ['_tisock-echo._tcp'])[0])
browser.services.connect('items-changed', changed)
browser.connect('error', failed)
browser.start()
loop.run()
sys.exit(1)
