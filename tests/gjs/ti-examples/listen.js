// listen.js: accepts one connection, and closes it
//
// From the documentation of Titanium. The comma after the host was missing, and lines are broken.
//
// SPDX-FileCopyrightText: 2011 Appcelerator, Inc.
// SPDX-License-Identifier: Apache-2.0

//Create a socket and listen for incoming connections
var listenSocket = Ti.Network.Socket.createTCP({
    // Hostname to listen on/connect to.
    host: '127.0.0.1',
    port: 40404,
    accepted: function(e) {
        // this where you would usually store the e.inbound value somewhere else so it can be used
        // for read / write operations elsewhere in the app
        Ti.API.info("Listening socket <" + e.socket + "> accepted incoming connection <" +
                    e.inbound + ">");
        e.inbound.close(); // close the accepted socket

    },
    error: function(e) {
        Ti.API.error("Socket <" + e.socket + "> encountered error when listening");
        Ti.API.error(" error code <" + e.errorCode + ">");
        Ti.API.error(" error description <" + e.error + ">");
    }
});
// Starts listening for connections, does not accept them.
listenSocket.listen();

// Tells socket to accept the next inbound connection. Asynchronous.
// listenSocket.accepted callback is invoked when a connection is actually accepted.
listenSocket.accept();
