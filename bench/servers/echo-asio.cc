/* echo-asio.cc: standalone Asio, as its tutorial writes an asynchronous server
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <asio.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "mode.h"

using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session>
{
public:
  explicit Session (tcp::socket socket) : socket_ (std::move (socket))
  {
    socket_.set_option (tcp::no_delay (true));
  }

  void
  read ()
  {
    auto self = shared_from_this ();

    socket_.async_read_some (asio::buffer (data_),
                             [this, self] (std::error_code error, std::size_t length)
                             {
                               if (!error && mode == MODE_ECHO)
                                 write (length);
                               else if (!error)
                                 read ();
                             });
  }

  void
  send_block ()
  {
    auto self = shared_from_this ();

    asio::async_write (socket_, asio::buffer (block),
                       [this, self] (std::error_code error, std::size_t)
                       {
                         if (!error)
                           send_block ();
                       });
  }

private:
  void
  write (std::size_t length)
  {
    auto self = shared_from_this ();

    asio::async_write (socket_, asio::buffer (data_, length),
                       [this, self] (std::error_code error, std::size_t)
                       {
                         if (!error)
                           read ();
                       });
  }

  tcp::socket socket_;
  std::array<char, 65536> data_;
};

static void
start (tcp::socket socket)
{
  auto session = std::make_shared<Session> (std::move (socket));

  session->read ();
  if (mode == MODE_SOURCE)
    session->send_block ();
}

static void
accept_next (tcp::acceptor &acceptor)
{
  acceptor.async_accept ([&acceptor] (std::error_code error, tcp::socket socket)
                         {
                           if (!error)
                             start (std::move (socket));
                           accept_next (acceptor);
                         });
}

int
main (int   argc,
      char *argv[])
{
  asio::io_context context (1);
  tcp::acceptor acceptor (context, tcp::endpoint (asio::ip::address_v4::loopback (), 0));

  set_mode (argc, argv);
  acceptor.listen (4096);
  accept_next (acceptor);
  std::printf ("listening on %d\n", acceptor.local_endpoint ().port ());
  std::fflush (stdout);
  context.run ();
}
