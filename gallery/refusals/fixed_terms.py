"""The words of the rule that nobody can turn off, as data.

A text is refused when it has a word of `CHILDHOOD` and one of `SEXUAL`, or one of `BOTH`, which says it all alone.
What is common of grown-ups (girl, young woman, 少女, the fashion called lolita) is in neither. Single words only, as
they are typed; `normal` finds their other spellings. Whoever changes a list here changes the tests beside it too.
"""

_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
)  # fmt: skip
_DIGITS = "〇一二三四五六七八九"


def _kanji(number: int) -> str:
    """十七 for 17; up to 99."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + ("" if tens and not ones else _DIGITS[ones])


def _ages() -> list[str]:
    """Every age below eighteen as it is said in English and Japanese."""
    said = list[str]()
    for number, name in enumerate(_NUMBERS):
        for spelled in (str(number), name):
            said += [f"{spelled} year old", f"{spelled} years old", f"{spelled} yr old", f"{spelled} yrs old"]
            said += [f"{spelled} yo", f"{spelled} y o", f"aged {spelled}", f"age {spelled}"]
        said += [f"{number}yo", f"{number}yr", f"{number}yrs", f"{number}歳", f"{number}才"]
        said += [f"{_kanji(number)}歳", f"{_kanji(number)}才"]
    return said


CHILDHOOD = (
    # who
    "child", "children", "childs", "childlike", "female child", "male child", "kid", "kids", "kiddo", "toddler",
    "toddlers", "baby", "babies", "infant", "infants", "newborn", "preteen", "preteens", "pre teen", "tween", "tweens",
    "teen", "teens", "teenage", "teenager", "teenagers", "underage", "under age", "underaged", "minors", "juvenile",
    "loli", "lolis", "shota", "shotas", "little girl", "little girls", "little boy", "little boys", "young girl",
    "young girls", "young boy", "young boys", "small girl", "small boy", "prepubescent", "pubescent", "aged down",
    # where they are known from
    "schoolgirl", "schoolgirls", "schoolboy", "schoolboys", "school girl", "school boy", "preschool*", "kindergart*",
    "elementary school*", "elementary student*", "grade school*", "primary school*", "middle school*", "junior high*",
    "high school*", "highschool*", "randoseru",
    # Japanese
    "幼女", "幼児", "幼い", "児童", "小児", "乳児", "子供", "子ども", "こども", "コドモ", "女児", "男児", "園児",
    "小学生", "中学生", "高校生", "女子高生", "男子高生", "小学校", "中学校", "未成年", "赤ちゃん", "赤ん坊",
    "ロリ", "ショタ", "ランドセル",
    *_ages(),
)  # fmt: skip

SEXUAL = (
    "nude", "nudes", "nudity", "naked", "nsfw", "sex", "sexual", "sexually", "sexy", "sexualized", "sexualised",
    "erotic", "erotica", "eroticism", "hentai", "ecchi", "lewd", "porn", "porno", "pornographic", "pornography",
    "xxx", "r18", "r 18", "x rated", "rating explicit", "explicit", "uncensored", "topless", "bottomless", "undressed",
    "undressing", "unclothed", "no panties", "panties", "pantyshot", "underwear", "lingerie", "spread legs",
    "bare breasts", "exposed breasts", "breasts out", "nipple", "nipples", "areola", "areolae", "genital", "genitals",
    "genitalia", "penis", "penises", "vagina", "vaginal", "vulva", "pussy", "anus", "anal", "cum", "cumshot", "orgasm",
    "masturbat*", "fellatio", "cunnilingus", "blowjob", "handjob", "paizuri", "penetration", "intercourse",
    "ejaculation", "erection", "fetish", "bdsm", "bondage", "ahegao", "futanari", "rape", "raped", "molest*", "groping",
    "aroused", "seductive", "seductively",
    # Japanese
    "裸", "ヌード", "エロ", "性的", "性交", "性器", "性行為", "セックス", "ポルノ", "18禁", "猥褻", "わいせつ", "卑猥",
    "乳首", "陰部", "下着", "パンチラ", "自慰", "オナニー", "フェラ", "精液", "中出し", "陵辱", "凌辱",
    "強姦", "レイプ", "緊縛", "アヘ顔",
    "おっぱい", "淫", "えっち", "エッチ",
)  # fmt: skip

BOTH = (
    "lolicon",
    "shotacon",
    "toddlercon",
    "kiddie porn",
    "child porn*",
    "csam",
    "児童ポルノ",
    "ロリコン",
    "ショタコン",
)

# Words of the lists above that mean something else here. Only what cannot serve to say the forbidden thing.
INNOCENT = (
    "baby blue", "baby pink", "baby doll", "baby bump", "baby s breath", "kid gloves", "kid icarus", "karate kid",
    "inner child", "aizawa shota", "shota aizawa", "no nudity", "no nsfw", "not nsfw", "non sexual", "non nude",
    "ゴスロリ", "甘ロリ", "クラロリ", "ロリータ", "カロリー", "グロリア", "フロリダ", "テロリ", "イエロ", "ピエロ",
    "ヒエログリフ", "エロイカ", "ユニセックス", "エセックス", "サセックス", "ミドルセックス",
    "フェラーリ", "グレイプ", "グレープ",
    "裸足", "裸眼", "裸木", "性的少数",
    # Ages from eighteen on, whose last digit alone would be a child's.
    *(f"{_kanji(number)}{unit}" for number in range(18, 100) for unit in "歳才"),
)  # fmt: skip
