# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2207 # words of drivercut have no spaces
# Completion of drivercut for bash. All words come from the program itself.
_drivercut() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
	local program=${COMP_WORDS[0]} words='' i driver=''

	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W "$("$program" --complete verbs 2>/dev/null) help --help --version" -- "$word"))
		return
	fi
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$("$program" --complete options "$verb" 2>/dev/null)" -- "$word"))
		return
	fi
	if [[ $before == --* ]]; then
		words=$("$program" --complete values "$verb" "${before#--}" 2>/dev/null)
		if [ -n "$words" ]; then
			COMPREPLY=($(compgen -W "$words" -- "$word"))
			return
		fi
	fi
	for ((i = 2; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* || ${COMP_WORDS[i - 1]} == --* ]] || { driver=${COMP_WORDS[i]}; break; }
	done
	if [ "$before" = --pin ] || { [ "$verb" = explain ] && [ -n "$driver" ]; }; then
		words=$("$program" --complete functions "${driver:-.}" 2>/dev/null)
		COMPREPLY=($(compgen -W "$words" -- "$word"))
		return
	fi
	COMPREPLY=($(compgen -W "$("$program" --complete drivers 2>/dev/null)" -- "$word") $(compgen -f -- "$word"))
}
complete -o filenames -F _drivercut drivercut
