// write-at-once.js: writes when it is connected
//
// From the documentation of Titanium.
//
// SPDX-FileCopyrightText: 2011 Appcelerator, Inc.
// SPDX-License-Identifier: Apache-2.0

/*
 * Assumes the existence of a `Ti.Blob Ti.createBlob(string text)` method
 */
var connectingSocket = Ti.Network.createTCP({
  host:'www.externalhost.com',
  port:4747,
  connected:function(e) {
    e.socket.write(Ti.createBuffer({data: "Well, hello there!"}));
  },
  error:function(e) {
    Ti.UI.createAlertDialog({
      title:"Socket error: "+e.errorCode,
      message:e.error
    }).show();
    Ti.API.info("CONNECTION has been closed: "+e.socket.host+":"+e.socket.port);
  }
});
connectingSocket.connect();
