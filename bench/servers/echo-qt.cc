/* echo-qt.cc: Qt's QTcpServer and QTcpSocket, with the signals of its documentation
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <QCoreApplication>
#include <QTcpServer>
#include <QTcpSocket>
#include <cstdio>

#include "mode.h"

static void
send_block (QTcpSocket *socket)
{
  if (socket->bytesToWrite () < BLOCK_SIZE)
    socket->write (block, BLOCK_SIZE);
}

static void
start (QTcpSocket *socket)
{
  socket->setSocketOption (QAbstractSocket::LowDelayOption, 1);
  QObject::connect (socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
  QObject::connect (socket, &QTcpSocket::readyRead, socket, [socket]
                    {
                      QByteArray data = socket->readAll ();

                      if (mode == MODE_ECHO)
                        socket->write (data);
                    });
  if (mode == MODE_SOURCE)
    {
      QObject::connect (socket, &QTcpSocket::bytesWritten, socket, [socket]
                        { send_block (socket); });
      send_block (socket);
    }
}

int
main (int   argc,
      char *argv[])
{
  QCoreApplication application (argc, argv);
  QTcpServer server;

  set_mode (argc, argv);
  QObject::connect (&server, &QTcpServer::newConnection, &server, [&server]
                    {
                      while (QTcpSocket *socket = server.nextPendingConnection ())
                        start (socket);
                    });
  server.setListenBacklogSize (4096);
  if (!server.listen (QHostAddress::LocalHost, 0))
    return 1;

  std::printf ("listening on %d\n", server.serverPort ());
  std::fflush (stdout);

  return application.exec ();
}
