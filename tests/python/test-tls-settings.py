# test-tls-settings.py: certificates of a server, by file and by name
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import tempfile

from support import TestCase, main, make_certificate
from gi.repository import Gio, GLib, Tisock


def load_certificate():
    """Each time another object."""
    return Gio.TlsCertificate.new_from_file(make_certificate())


def load_without_key():
    pem = pathlib.Path(make_certificate()).read_text()
    return Gio.TlsCertificate.new_from_pem(pem[:pem.index('-----BEGIN PRIVATE KEY')], -1)


class TlsSettingsTest(TestCase):
    def test_certificates_come_from_files(self):
        path = make_certificate()
        for key in (None, str(pathlib.Path(path).with_suffix('.key'))):
            settings = Tisock.TlsSettings.new_from_files(path, key)
            self.assertTrue(settings.certificate.is_same(load_certificate()))
            self.assertEqual((settings.certificate_file, settings.key_file), (path, key))

    def test_a_bad_certificate_is_refused_and_the_old_one_stays(self):
        with tempfile.NamedTemporaryFile('w') as file:
            file.write(pathlib.Path(make_certificate()).read_text())
            file.flush()
            settings = Tisock.TlsSettings.new_from_files(file.name, None)
            before = settings.certificate
            file.truncate(100)
            with self.assertRaises(GLib.Error) as context:
                settings.reload()
        self.assertTrue(context.exception.matches(Gio.tls_error_quark(),
                                                  Gio.TlsError.BAD_CERTIFICATE))
        self.assertIn(file.name, context.exception.message)
        self.assertIs(settings.certificate, before)

    def test_a_certificate_that_was_renewed(self):
        settings = Tisock.TlsSettings(certificate_file=make_certificate())
        notified = []
        settings.connect('notify::certificate', lambda *args: notified.append(args))
        self.assertTrue(settings.reload())
        before = settings.certificate
        self.assertTrue(settings.reload())
        self.assertIsNot(settings.certificate, before)
        self.assertEqual(len(notified), 2)

    def test_without_files_there_is_nothing_to_reload(self):
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.TlsSettings.new().reload()

    def test_a_certificate_can_be_set(self):
        settings, certificate = Tisock.TlsSettings(), load_certificate()
        self.assertTrue(settings.set_certificate(certificate))
        self.assertIs(settings.certificate, certificate)
        self.assertIs(settings.get_certificate(), certificate)
        with self.assertRaises(GLib.Error) as context:
            settings.set_certificate(load_without_key())
        self.assertTrue(context.exception.matches(Gio.tls_error_quark(),
                                                  Gio.TlsError.BAD_CERTIFICATE))
        self.assertIs(settings.certificate, certificate)

    def test_certificates_are_found_by_name(self):
        settings = Tisock.TlsSettings()
        exact, wildcard, other = (load_certificate() for _ in range(3))
        settings.add_certificate('www.example.org', exact)
        settings.add_certificate('*.example.org', wildcard)
        settings.set_certificate(other)
        self.assertIs(settings.find_certificate('WWW.example.org'), exact)
        self.assertIs(settings.find_certificate('ftp.example.org'), wildcard)
        self.assertIs(settings.find_certificate('example.com'), other)
        self.assertIs(settings.find_certificate(None), other)
        for name in ('*', None):
            with self.subTest(name), self.assertRaises(GLib.Error) as context:
                settings.add_certificate(name, exact)
            self.assertTrue(context.exception.matches(Gio.io_error_quark(),
                                                      Gio.IOErrorEnum.INVALID_ARGUMENT))


if __name__ == '__main__':
    main()
