"""Domains in which everybody can have an address, so that one proves nothing about a company."""

PROVIDERS = """
126.com 139.com 163.com 189.cn 21cn.com 263.net abv.bg aim.com aliyun.com aol.com arcor.de ask.com
atlas.cz att.net bellsouth.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com centrum.cz
charter.net comcast.net cox.net daum.net disroot.org dreamwiz.com duck.com earthlink.net
eircom.net email.cz email.de email.it emailn.de empas.com fastmail.com fastmail.fm foxmail.com
free.fr freemail.hu freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net
googlemail.com guerrillamail.com hanmail.net hey.com hotmail.co.kr hotmail.co.uk hotmail.com
hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.lv inbox.ru interia.pl
internode.on.net juno.com kakao.com kolabnow.com laposte.net libero.it list.ru live.cn live.co.uk
live.com live.de live.fr live.it live.nl lycos.com mac.com mail.bg mail.com mail.de mail.ee
mail.ru mailbox.org mailinator.com me.com msn.com nate.com naver.com netscape.net netzero.net
neuf.fr ntlworld.com numericable.fr o2.pl onet.pl online.de op.pl optonline.net orange.fr
outlook.co.kr outlook.com outlook.de outlook.es outlook.fr outlook.jp passport.com pm.me post.cz
posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com
riseup.net rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca
sina.cn sina.com sky.com skynet.be sohu.com startmail.com sympatico.ca t-online.de talktalk.net
telenet.be telus.net terra.com.br tiscali.it tom.com trash-mail.com tuta.com tuta.io tutanota.com
tutanota.de ukr.net uol.com.br verizon.net vip.163.com vip.qq.com virgilio.it virginmedia.com
vodafone.de volny.cz walla.co.il wanadoo.fr web.de windowslive.com wp.pl xs4all.nl xtra.co.nz
ya.ru yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br
yahoo.com.cn yahoo.com.tw yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net
ymail.com yopmail.com zoho.com zohomail.com
"""
FREE_MAIL = frozenset(PROVIDERS.split())


def is_free_mail(domain: str) -> bool:
    """Whether everybody can have an address there; some providers hand out subdomains, too."""
    labels = domain.lower().rstrip(".").split(".")
    return any(".".join(labels[first:]) in FREE_MAIL for first in range(len(labels)))
