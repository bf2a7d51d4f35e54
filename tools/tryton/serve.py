"""Serves one Tryton database on 127.0.0.1 until standard input closes, as it does when the parent process ends.

    serve.py <configuration> <database> <port>

Prints its port in a line of standard output once it accepts requests; port 0 takes any free port.
"""
import sys

from leash import end_with_parent


def main(configuration, database, port):
    import trytond.config
    trytond.config.update_etc([configuration])
    # As trytond's own command does it: the application reads the configuration when it is imported.
    from trytond.pool import Pool
    from trytond.wsgi import app
    from werkzeug.serving import make_server
    server = make_server('127.0.0.1', port, app, threaded=True)
    Pool.start()
    Pool(database).init()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit('usage: serve.py <configuration> <database> <port>')
    end_with_parent()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
