// test-tls-settings.js: certificates of a server, by file and by name
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import Tisock from 'gi://Tisock?version=1';

import {assertEqual, assertFalse, assertSame, assertTrue, catchError,
        makeCertificate, makeCertificateFiles, test} from './support.js';

test('certificates come from files', () => {
  const [path, key] = makeCertificateFiles();
  const settings = Tisock.TlsSettings.new_from_files(path, key);
  const expected = Gio.TlsCertificate.new_from_files(path, key);

  assertTrue(settings.certificate.is_same(expected));
  assertEqual(settings.certificate_file, path);
  assertEqual(settings.key_file, key);
});

test('there are no protocols to choose from unless they are set', () => {
  const settings = new Tisock.TlsSettings();

  assertEqual(settings.get_application_protocols(), null);
  settings.set_application_protocols(['h2']);
  assertEqual(settings.get_application_protocols(), ['h2']);
});

test('a bad certificate is refused and the old one stays', () => {
  const [path, key] = makeCertificateFiles();
  const [otherPath, otherKey] = makeCertificateFiles();
  const settings = Tisock.TlsSettings.new_from_files(path, key);
  const before = settings.certificate;

  settings.key_file = otherKey;
  const error = catchError(() => settings.reload());
  assertTrue(error.matches(Gio.TlsError, Gio.TlsError.BAD_CERTIFICATE));
  assertTrue(error.message.includes(path));
  assertSame(settings.certificate, before);

  settings.certificate_file = otherPath;
  assertTrue(settings.reload());
  assertFalse(settings.certificate.is_same(before));
});

test('without files there is nothing to reload', () => {
  const error = catchError(() => Tisock.TlsSettings.new().reload());

  assertTrue(error.matches(Tisock.socket_error_quark(), Tisock.SocketError.INVALID_STATE));
});

test('a certificate can be set', () => {
  const settings = new Tisock.TlsSettings();
  const [path] = makeCertificateFiles();
  const certificate = makeCertificate();

  assertTrue(settings.set_certificate(certificate));
  assertSame(settings.certificate, certificate);
  assertSame(settings.get_certificate(), certificate);

  const error = catchError(() => settings.set_certificate(Gio.TlsCertificate.new_from_file(path)));
  assertTrue(error.matches(Gio.TlsError, Gio.TlsError.BAD_CERTIFICATE));
  assertSame(settings.certificate, certificate);
});

test('certificates are found by name', () => {
  const settings = new Tisock.TlsSettings();
  const [exact, wildcard, other] = [makeCertificate(), makeCertificate(), makeCertificate()];

  settings.add_certificate('www.example.org', exact);
  settings.add_certificate('*.example.org', wildcard);
  settings.set_certificate(other);
  assertSame(settings.find_certificate('WWW.example.org'), exact);
  assertSame(settings.find_certificate('ftp.example.org'), wildcard);
  assertSame(settings.find_certificate('example.com'), other);
  assertSame(settings.find_certificate(null), other);

  for (const name of ['*', null]) {
    const error = catchError(() => settings.add_certificate(name, exact));
    assertTrue(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT));
  }
});
