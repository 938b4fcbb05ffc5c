"""The journey language, pure: grammar, checker, conductor, rulebook. It imports the standard library and pydantic, and nothing of ours."""
