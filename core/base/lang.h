/*
 * The two languages of the product. Messages to people come in Chinese to Chinese users and in
 * English to everybody else; keys, codes and JSON are always English.
 */
#ifndef BASE_LANG_H
#define BASE_LANG_H

enum lang { LANG_EN, LANG_ZH };

/** The user's language by LC_ALL, LC_MESSAGES and LANG, in POSIX order; zh* is Chinese. */
enum lang lang_of_environment(void);

/** One of two format literals; a macro, so that the compiler checks both against the arguments. */
#define TR(lang, en, zh) ((lang) == LANG_ZH ? (zh) : (en))

#endif
