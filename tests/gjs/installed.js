// installed.js: uses what the overrides add
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const {Ti} = Tisock;
const buffer = Ti.createBuffer({value: 'installed'});

new Tisock.TCPSocket().connect('closed', () => {});
System.exit(Ti.Codec.decodeString({source: buffer}) === 'installed' ? 0 : 1);
