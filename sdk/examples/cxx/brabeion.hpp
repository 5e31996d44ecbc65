/*
 * cxx/brabeion.hpp: a thin C++17 wrapper of <brabeion/engine.h>, to copy and to change.
 *
 * What it adds: the engine closes itself; an error is an exception with the engine's message; awards come as a vector
 * of strings that outlive the call; a callback may be a lambda. What it leaves to the C header: everything else, by
 * engine.get().
 *
 * An engine may be used from any thread, as the C header says; the wrapper adds no lock and needs none. An exception
 * must not cross the C library, so a callback that throws ends the program (it is noexcept).
 */
#pragma once

#include <brabeion/engine.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace brabeion
{

class error : public std::runtime_error
{
      public:
	error(brabeion_status status, const char *message)
	    : std::runtime_error(message ? message : brabeion_status_name(status)), code(status)
	{
	}
	const brabeion_status code;
};

struct award {
	std::string user, badge, name;
	unsigned level;
	std::int64_t at_us;

	explicit award(const brabeion_award_info &info)
	    : user(info.user), badge(info.badge), name(info.name), level(info.level), at_us(info.at_us)
	{
	}
};

/* The events of a user: event("answer", "ada").integer("words", 120).text("language", "en"). It keeps no copy of its
   texts, which must live until the event has been judged. */
class event
{
      public:
	event(const char *name, const char *user)
	{
		brabeion_event_init(&raw);
		raw.name = name;
		raw.user = user;
	}
	event &id(const char *value)
	{
		raw.id = value;
		return *this;
	}
	event &integer(const char *name, std::int64_t value)
	{
		fields.push_back(BRABEION_INT(name, value));
		return *this;
	}
	event &text(const char *name, const char *value)
	{
		fields.push_back(BRABEION_TEXT(name, value));
		return *this;
	}

      private:
	friend class engine;
	brabeion_event raw;
	std::vector<brabeion_field> fields;
};

class engine
{
      public:
	explicit engine(const std::string &config)
	{
		brabeion_options options;
		brabeion_options_init(&options);
		options.config = config.c_str();
		brabeion_engine *opened = nullptr;
		check([&](brabeion_error *failure) { return brabeion_open(&options, &opened, failure); });
		handle.reset(opened);
	}

	/* Judges the event; what it earned is stored when this returns. Throws when nothing of it is. */
	std::vector<award> possibly_award(const event &what)
	{
		brabeion_event raw = what.raw;
		raw.fields = what.fields.data();
		raw.field_count = what.fields.size();
		brabeion_result result;
		brabeion_result_init(&result);
		brabeion_possibly_award(get(), &raw, &result);
		std::unique_ptr<brabeion_result, decltype(&brabeion_result_finish)> owner(&result,
											  brabeion_result_finish);
		if (result.status != BRABEION_OK)
			throw error(result.status, result.message);
		std::vector<award> earned;
		for (std::size_t i = 0; i < result.award_count; i++)
			earned.emplace_back(*brabeion_result_award(&result, i));
		return earned;
	}

	/* A user's trophies, newest first. */
	std::vector<award> awards(const std::string &user) const
	{
		brabeion_award_list list{};
		check([&](brabeion_error *failure) {
			return brabeion_user_awards(get(), user.c_str(), NULL, &list, failure);
		});
		std::unique_ptr<brabeion_award_list, decltype(&brabeion_award_list_finish)> owner(
			&list, brabeion_award_list_finish);
		std::vector<award> held;
		for (std::size_t i = 0; i < list.count; i++)
			held.emplace_back(*brabeion_award_list_at(&list, i));
		return held;
	}

	/* Calls `told` for each stored award, on whichever thread made the call. It stays until the engine closes. */
	void on_award(std::function<void(const award &)> told)
	{
		auto kept = std::make_unique<listener>(std::move(told));
		brabeion_status status = brabeion_on_award(get(), tell, kept.get());
		if (status != BRABEION_OK)
			throw error(status, "there are 16 callbacks already");
		listeners.push_back(std::move(kept));
	}

	/* For the functions of the C header that the wrapper does not have. */
	brabeion_engine *get() const
	{
		return handle.get();
	}

      private:
	using listener = std::function<void(const award &)>;

	static void tell(void *context, const brabeion_award_info *info) noexcept
	{
		(*static_cast<listener *>(context))(award(*info));
	}

	/* Calls with a brabeion_error, and throws it when there is one. */
	template <typename Call> static void check(Call call)
	{
		brabeion_error failure = BRABEION_NO_ERROR;
		std::unique_ptr<brabeion_error, decltype(&brabeion_error_finish)> owner(&failure,
											brabeion_error_finish);
		brabeion_status status = call(&failure);
		if (status != BRABEION_OK)
			throw error(status, failure.message);
	}

	/* In this order: the engine closes before the listeners that it calls are gone. */
	std::vector<std::unique_ptr<listener>> listeners;
	std::unique_ptr<brabeion_engine, decltype(&brabeion_close)> handle{ nullptr, brabeion_close };
};

} /* namespace brabeion */
