/*
 * cxx/server.cc: brabeion in a C++ server with a thread per connection, through the wrapper in brabeion.hpp.
 *
 *	cxx_server BADGES.YAML [PORT]
 *
 * A client sends lines. "EVENT USER [NAME=VALUE...]" is an event; the answer is "ok" and the names of the levels it
 * earned. "? USER" asks for a user's trophies. An error is answered "error" with the engine's message, and the
 * connection goes on:
 *
 *	points_awarded ada points=7600        ->  ok Silver
 *	? ada                                 ->  ok Silver
 *
 * Worth seeing here: all threads share one engine; a lambda hears of every award, whichever thread earned it; SIGTERM
 * ends the threads first and the engine last, by the order in which they were made.
 */
#include "brabeion.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <mutex>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

/* What `line` asks for, as the line that answers it. */
std::string answer(brabeion::engine &engine, const std::string &line)
{
	std::istringstream words(line);
	std::string name, user, word;
	words >> name >> user;
	std::list<std::string> kept; /* the event points into these */
	brabeion::event event(name.c_str(), user.c_str());
	while (words >> word) {
		size_t equals = word.find('=');
		if (equals == std::string::npos)
			return "error: fields are NAME=VALUE, not " + word;
		const char *field = kept.emplace_back(word, 0, equals).c_str();
		const char *value = kept.emplace_back(word, equals + 1).c_str();
		char *end = nullptr;
		long long number = std::strtoll(value, &end, 10);
		if (*value && !*end)
			event.integer(field, number);
		else
			event.text(field, value);
	}
	try {
		std::string text = "ok";
		for (const brabeion::award &award : name == "?" ? engine.awards(user) : engine.possibly_award(event))
			text += " " + award.name;
		return text;
	} catch (const brabeion::error &failure) {
		return std::string("error: ") + failure.what();
	}
}

/* A connection and its thread. Its end is the socket's: ours by shutdown(), or the client's. */
class connection
{
      public:
	connection(brabeion::engine &engine, int accepted)
	    : socket(accepted), thread([this, &engine] { talk(engine); })
	{
	}
	~connection()
	{
		shutdown(socket, SHUT_RDWR);
		thread.join();
		close(socket);
	}
	bool ended() const
	{
		return done;
	}

      private:
	void talk(brabeion::engine &engine)
	{
		std::string unread;
		char bytes[4096];
		ssize_t got = 0;
		while (unread.size() < 1 << 20 && (got = recv(socket, bytes, sizeof bytes, 0)) > 0) {
			unread.append(bytes, static_cast<size_t>(got));
			size_t end = 0;
			while ((end = unread.find('\n')) != std::string::npos) {
				say(answer(engine, unread.substr(0, end)) + "\n");
				unread.erase(0, end + 1);
			}
		}
		shutdown(socket, SHUT_RDWR);
		done = true;
	}
	void say(const std::string &text)
	{
		size_t sent = 0;
		while (sent < text.size()) {
			ssize_t now = send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
			if (now <= 0)
				return; /* the client has gone: recv() will say so */
			sent += static_cast<size_t>(now);
		}
	}

	int socket;
	std::atomic<bool> done{ false };
	std::thread thread; /* last: it uses the others */
};

/* A socket that listens on 127.0.0.1, and says where. */
int listen_on(unsigned short port)
{
	sockaddr_in address{};
	socklen_t size = sizeof address;
	address.sin_family = AF_INET;
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, reinterpret_cast<sockaddr *>(&address), size) || listen(listener, 128) ||
	    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size))
		throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
	std::cout << "listening on 127.0.0.1:" << ntohs(address.sin_port) << std::endl;
	return listener;
}

/* Takes connections until SIGTERM or SIGINT. */
void serve(brabeion::engine &engine, unsigned short port, int signals)
{
	std::list<connection> connections;
	int listener = listen_on(port);
	pollfd sources[] = { { listener, POLLIN, 0 }, { signals, POLLIN, 0 } };
	while (poll(sources, 2, -1) > 0 && !sources[1].revents) {
		connections.remove_if([](const connection &each) { return each.ended(); });
		int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
		if (accepted >= 0)
			connections.emplace_back(engine, accepted);
	}
	close(listener);
} /* here all connections end, and their threads are waited for */

} /* namespace */

int main(int argc, char **argv)
try {
	if (argc < 2 || argc > 3) {
		std::cerr << "usage: cxx_server BADGES.YAML [PORT]\n";
		return 2;
	}
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, nullptr); /* before there are threads: signals come by descriptor alone */

	brabeion::engine engine(argv[1]);
	std::mutex output;
	engine.on_award([&](const brabeion::award &award) {
		std::lock_guard<std::mutex> alone(output);
		std::cout << award.user << " earned " << award.name << std::endl;
	});
	serve(engine, static_cast<unsigned short>(argc > 2 ? std::atoi(argv[2]) : 8083),
	      signalfd(-1, &ends, SFD_CLOEXEC));
	return 0;
} catch (const std::exception &failure) {
	std::cerr << failure.what() << '\n';
	return 1;
}
